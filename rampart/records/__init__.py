"""What one judgement is, whatever shape it was delivered in. No input or output happens here."""
