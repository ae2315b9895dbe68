"""How much a delivered file may hold and expand to: every limit with its reason, as in docs/deliveries.md.

They bound memory, disk and time, whatever a vendor sends. Real deliveries stay a hundred times below them.
"""

# Expansion. JSON of real conversations compresses 3 to 12 times, generated boilerplate to about 100.
MAX_RATIO = 200.0  # bytes of text for a compressed byte
RATIO_FROM = 16 << 20  # bytes of text; below it an expansion harms nobody, and tiny files may repeat a lot
MAX_BYTES = 64 << 30  # bytes of text in one file, or in all members of an archive

# Rows of nothing compress a hundredfold better than text does; a row of an id and a label takes three bytes.
MAX_ROWS_PER_BYTE = 1  # rows of a file or an archive for a byte delivered
ROWS_FROM = 50_000  # rows; up to here two seconds and 200 MB, whatever they were made of

# Archives. Their directory is held in memory: some 300 bytes a member.
MAX_MEMBERS = 10_000
MAX_DIRECTORY = 16 << 20  # bytes; 10,000 members with names of 1,024 bytes, and as much again

# What comes with a delivery, or after it, and is held whole in memory.
LONGEST_MANIFEST = 16 << 20  # bytes; some 80,000 files
LONGEST_ROSTER = 16 << 20  # bytes; some 500,000 annotators
LONGEST_DISPUTE = 64 << 20  # bytes; some 500,000 contested records
LONGEST_INVOICE = 8 << 20  # bytes; some 80,000 lines
LONGEST_INVOICE_CELL = 200  # characters of an invoice's number, or of the name of a line or a kind
LONGEST_REVIEW = 64 << 20  # bytes; some 10,000 reviewed records with their texts

# Rows. One is held in memory, as bytes, as text and as objects: about four times its length.
LONGEST_LINE = 64 << 20  # bytes of a JSON line; a longer one is a file in the wrong format, or an attack
# Characters of a CSV row over its lines, and 64 for each line after the first, which is what Python adds. An
# open quote swallows what is below it.
LONGEST_ROW = 16 << 20
# What rows that broke off may cost in reading their lines again, counted likewise: some seconds. One such row
# costs twice its length; without this, quotes can be placed so that every line costs the file.
READ_AGAIN = 256 << 20
# A blank line holds no row, but takes half a microsecond. Some writers put one after every row.
MAX_BLANK_LINES = 1_000_000  # of a text file; two a row, if that is more
# JSON of short values takes up to thirty times its length in memory. Counted without reading them, as commas
# and brackets, which stand in texts too: some ten million in 300 MB of prose.
MAX_VALUES = 10_000_000  # of one JSON line or document
# A JSON array is held whole, as bytes and as objects: three to ten times its length.
LONGEST_DOCUMENT = 256 << 20  # bytes

# One judgement weighs one, but its pairs are C(K, 2): 4,950 here. Real rankings have 2 to 9 responses.
MOST_RESPONSES = 100

# Nesting. Deeper is an attack: it makes the work grow by the square, or Python's stack run out.
DEEPEST_TREE = 500  # messages from a tree's root; no conversation is so long
DEEPEST_VALUE = 60  # lists and objects within each other in a value kept as delivered; no label is so deep
