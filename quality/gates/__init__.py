"""Gates: what each record must satisfy to be paid for, and what a batch must satisfy as a whole."""
