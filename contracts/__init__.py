"""The contract as code: what a buyer signed, as frozen typed terms every later room points back to.

A contract file is an Open Data Contract Standard (ODCS) 3.2.0 document. Our terms sit in one of its
`customProperties`, named ``rampart``; the standard does not look inside, so our own strict model does.
"""
