package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"time"

	"golang.org/x/term"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
)

// system is who acts when a command does: the administrator at the machine.
var system = directory.AtMachine()

// maxInput bounds what is read from stdin as one document.
const maxInput = 4 << 20

func (c *call) config() (config.Config, error) { return config.Load(c.flags, c.environ) }

func (c *call) logger(cfg config.Config, level slog.Level) *slog.Logger {
	opt := &slog.HandlerOptions{Level: level}
	if cfg.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.err, opt))
	}
	return slog.New(slog.NewTextHandler(c.err, opt))
}

// open builds the instance for a command that is over in a moment; claim says
// that the command makes addresses of the instance.
func (c *call) open(ctx context.Context, claim bool) (*app.App, error) {
	cfg, err := c.config()
	if err != nil {
		return nil, err
	}
	return app.New(ctx, cfg, app.Options{Offline: true, Claim: claim, Logger: c.logger(cfg, slog.LevelWarn)})
}

// with opens the instance, runs fn and closes it.
func (c *call) with(ctx context.Context, claim bool, fn func(a *app.App) error) error {
	a, err := c.open(ctx, claim)
	if err != nil {
		return err
	}
	err = fn(a)
	if cerr := a.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("close database: %w", cerr)
	}
	return err
}

// want checks the number of arguments.
func (c *call) want(least, most int) error {
	switch n := len(c.args); {
	case n < least:
		return usagef("an argument is missing")
	case n > most:
		return usagef("unexpected argument %q", c.args[most])
	}
	return nil
}

// print writes v as indented JSON.
func (c *call) print(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// decode reads one JSON value from stdin, and refuses unknown fields.
func (c *call) decode(v any) error {
	raw, err := c.document()
	if err != nil {
		return err
	}
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return jsonError(raw, err)
	}
	if dec.More() {
		return errors.New("JSON on stdin: more than one value")
	}
	return nil
}

func (c *call) document() ([]byte, error) {
	if c.terminal() {
		return nil, usagef("give the JSON on stdin, as in: bocage %s < file.json", c.name)
	}
	raw, err := io.ReadAll(io.LimitReader(c.in, maxInput+1))
	if err != nil {
		return nil, fmt.Errorf("read stdin: %w", err)
	}
	if len(raw) > maxInput {
		return nil, fmt.Errorf("stdin has more than %d bytes", maxInput)
	}
	if strings.TrimSpace(string(raw)) == "" {
		return nil, usagef("stdin is empty: give the JSON there, as in: bocage %s < file.json", c.name)
	}
	return raw, nil
}

// jsonError says where JSON is wrong, and what was wanted there. raw is nil when
// it is not what the user wrote.
func jsonError(raw []byte, err error) error {
	at := func(offset int64) string {
		if raw == nil {
			return "JSON on stdin"
		}
		return fmt.Sprintf("JSON on stdin, line %d", 1+strings.Count(string(raw[:min(int(offset), len(raw))]), "\n"))
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: %w", at(syntax.Offset), err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("JSON on stdin: it ends in the middle")
	case errors.As(err, &kind):
		want := kind.Type.String()
		switch {
		case kind.Type == reflect.TypeFor[directory.LangText]():
			want = `texts by language, such as {"fr": "…"}`
		case kind.Type.Kind() == reflect.Struct || kind.Type.Kind() == reflect.Map:
			want = "an object"
		case kind.Type.Kind() == reflect.Slice:
			want = "a list"
		}
		return fmt.Errorf("%s: %s: want %s, got a %s", at(kind.Offset), kind.Field, want, kind.Value)
	}
	return fmt.Errorf("JSON on stdin: %w", err)
}

// terminal reports whether somebody types at stdin.
func (c *call) terminal() bool {
	f, ok := c.in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// password asks at a terminal, without echo, or reads the first line of stdin.
func (c *call) password() (string, error) {
	if c.terminal() {
		f := c.in.(*os.File)
		fmt.Fprint(c.err, "password: ")
		raw, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.err)
		if err != nil {
			return "", fmt.Errorf("read password: %w", err)
		}
		return string(raw), nil
	}
	raw, err := io.ReadAll(io.LimitReader(c.in, 4096))
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", usagef("give the password as the first line of stdin")
	}
	return line, nil
}

// named says of what is not there how to find what is: list is the command that
// shows what there is.
func named(err error, what, name, list string) error {
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("no %s %q here: 'bocage %s' shows them", what, name, list)
	}
	return err
}

// findMap reads a map that is there by its handle.
func findMap(ctx context.Context, a *app.App, handle string) (directory.Map, error) {
	m, err := a.Store.MapByHandle(ctx, strings.TrimPrefix(handle, "@"))
	return m, named(err, "map", handle, "map list")
}

// findEntry finds an entry by its ID, its URI or its @handle.
func findEntry(ctx context.Context, a *app.App, name string) (directory.Entry, error) {
	var e directory.Entry
	var err error
	switch {
	case strings.Contains(name, "://"):
		e, err = a.Store.EntryByURI(ctx, name)
	case strings.HasPrefix(name, "@"):
		e, err = a.Store.EntryByHandle(ctx, strings.TrimPrefix(name, "@"))
	default:
		if e, err = a.Store.Entry(ctx, name); errors.Is(err, directory.ErrNotFound) {
			e, err = a.Store.EntryByHandle(ctx, name)
		}
	}
	if errors.Is(err, directory.ErrNotFound) {
		return e, fmt.Errorf("no entry %q here: 'bocage entry list' shows them", name)
	}
	if errors.Is(err, directory.ErrGone) {
		return e, goneEntry(a, e, name)
	}
	if err != nil {
		return e, fmt.Errorf("entry %q: %w", name, err)
	}
	return e, nil
}

// goneEntry says that an entry is no more, and what can be done.
func goneEntry(a *app.App, e directory.Entry, name string) error {
	on := ""
	if !e.DeletedAt.IsZero() {
		on = " on " + e.DeletedAt.Format(time.DateOnly)
	}
	if !a.Env.IsLocal(e.URI) {
		return fmt.Errorf("%q was deleted%s by the instance that published it: only that one can publish it again", name, on)
	}
	return fmt.Errorf("%q was deleted for good%s and cannot be brought back: 'bocage entry create' or 'org create' makes a new one, with a new address", name, on)
}

// name is the display name of an entry.
func nameOf(e directory.Entry) string {
	n, _ := e.Name.In()
	return n
}
