"""The language of field mappings: JMESPath and a few words of our own, bounded against hostile rows."""
