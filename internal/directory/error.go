package directory

import (
	"errors"
	"strings"
)

// The kinds of failure that a caller can act on. Wrap them with %w; package
// app maps each to an HTTP status in one table.
var (
	ErrNotFound    = errors.New("not found")
	ErrConflict    = errors.New("conflict")
	ErrInvalid     = errors.New("invalid")
	ErrForbidden   = errors.New("forbidden")
	ErrGone        = errors.New("gone")
	ErrUnavailable = errors.New("unavailable")
)

// FieldError is one thing that is wrong with one field.
type FieldError struct {
	// Field is the JSON path of the field, e.g. "place.lat" or "themes[2]".
	Field string `json:"field"`
	// Code is a stable key for translation, e.g. "required", "out_of_range".
	Code string `json:"code"`
	// Message is the English sentence shown by the command line and the API.
	Message string `json:"message"`
}

// Invalid is every field error of one value; it wraps ErrInvalid.
type Invalid []FieldError

// Error lists all the field errors on one line.
func (v Invalid) Error() string {
	parts := make([]string, len(v))
	for i, f := range v {
		parts[i] = f.Field + ": " + f.Message
	}
	return strings.Join(parts, "; ")
}

// Unwrap makes errors.Is(err, ErrInvalid) true.
func (v Invalid) Unwrap() error { return ErrInvalid }
