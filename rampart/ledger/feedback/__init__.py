"""The feedback pack: what a vendor is told about a delivery, and nothing else.

It names records by the vendor's own ids and says every reason with its clause and fix. It holds no text of
the work beyond the start of a value that could not be read, no name of an annotator, nothing of another
vendor, and nothing by which a question with a known answer could be told from any other.
"""
