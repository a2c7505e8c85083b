"""Excel in and out: what each room hangs here can be downloaded as a template, looked at before it is taken in, and exported."""
