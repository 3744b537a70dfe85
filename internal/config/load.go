package config

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/BurntSushi/toml"
)

// fileEnv names the configuration file; testEnv is the prefix of variables
// that tests read.
const (
	fileEnv = "BOCAGE_CONFIG"
	testEnv = "BOCAGE_TEST_"
)

// Flags is the command line's part of the configuration: what Register's
// flags were given.
type Flags struct {
	File   string
	values map[string]string
}

// Register adds --config and one flag for each setting to fs, save where the
// command has a flag of that name itself.
func (f *Flags) Register(fs *flag.FlagSet) {
	f.values = map[string]string{}
	fs.StringVar(&f.File, "config", "", "TOML file with the same settings")
	for _, s := range Settings() {
		if fs.Lookup(s.Flag()) != nil {
			continue
		}
		fs.Func(s.Flag(), s.Help, func(v string) error {
			f.values[s.Key] = v
			return nil
		})
	}
}

// Set gives a setting a value as its flag would.
func (f *Flags) Set(key, value string) {
	if f.values == nil {
		f.values = map[string]string{}
	}
	f.values[key] = value
}

// ErrFile means that the configuration file cannot be read.
var ErrFile = errors.New("read configuration")

// Problem is one thing wrong with the configuration, and where.
type Problem struct {
	// Where is "file:line", an environment variable or a flag.
	Where   string
	Message string
}

// Problems is everything that is wrong, in the order file, environment, flags.
type Problems []Problem

// Error lists the problems, one a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, q := range p {
		lines[i] = q.Where + ": " + q.Message
	}
	return strings.Join(lines, "\n")
}

// Load reads the configuration: flags win over environ ("KEY=value" strings,
// as of os.Environ), environ over the file, the file over Default. Every
// unknown key and every bad value is reported at once, as Problems.
func Load(flags Flags, environ []string) (Config, error) {
	c := Default()
	env := map[string]string{}
	for _, kv := range environ {
		k, v, _ := strings.Cut(kv, "=")
		if strings.HasPrefix(k, "BOCAGE_") && !strings.HasPrefix(k, testEnv) {
			env[k] = v
		}
	}
	var probs Problems
	given := map[string]bool{}

	c.File = flags.File
	if c.File == "" {
		c.File = env[fileEnv]
	}
	delete(env, fileEnv)
	if c.File != "" {
		p, err := loadFile(&c, c.File, given)
		if err != nil {
			return Config{}, err
		}
		probs = append(probs, p...)
	}
	for _, s := range Settings() {
		if v, ok := env[s.Env()]; ok {
			delete(env, s.Env())
			probs = apply(&c, s, v, s.Env(), given, probs)
		}
	}
	probs = append(probs, unknownEnv(env)...)
	for _, s := range Settings() {
		if v, ok := flags.values[s.Key]; ok {
			probs = apply(&c, s, v, "--"+s.Flag(), given, probs)
		}
	}
	if len(probs) > 0 {
		return Config{}, probs
	}
	derive(&c, given)
	return c, nil
}

func apply(c *Config, s Setting, v, where string, given map[string]bool, probs Problems) Problems {
	if err := s.set(c, v); err != nil {
		return append(probs, Problem{where, err.Error()})
	}
	given[s.Key] = true
	return probs
}

// derive fills what follows from other settings: the URL of an instance that
// listens on this machine only, and the SQLite file in the data directory.
func derive(c *Config, given map[string]bool) {
	c.URLDefault = !given["url"]
	if !given["url"] && given["listen"] {
		host, port, err := net.SplitHostPort(c.Listen)
		if err == nil && loopbackName(host) && port != "0" {
			c.URL = "http://" + c.Listen
		}
	}
	if !given["database"] {
		c.Database = "sqlite:" + filepath.Join(c.DataDir, "bocage.db")
	}
}

func unknownEnv(env map[string]string) Problems {
	var out Problems
	for k := range env {
		out = append(out, Problem{k, "unknown setting" + suggestion(strings.ToLower(strings.TrimPrefix(k, "BOCAGE_")), func(s Setting) string { return s.Env() })})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Where < out[j].Where })
	return out
}

// loadFile applies a TOML file. An unreadable or malformed file is an error of
// its own; what is wrong in its keys is Problems.
func loadFile(c *Config, path string, given map[string]bool) (Problems, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	var doc map[string]any
	md, err := toml.Decode(string(raw), &doc)
	if err != nil {
		var pe toml.ParseError
		if errors.As(err, &pe) {
			return nil, Problems{{fmt.Sprintf("%s:%d", path, pe.Position.Line), pe.Message}}
		}
		return nil, Problems{{path, err.Error()}}
	}
	known := map[string]Setting{}
	for _, s := range Settings() {
		known[s.Key] = s
	}
	var probs Problems
	for _, k := range md.Keys() {
		if len(k) > 1 {
			continue // inside a table, which is itself refused
		}
		where := fmt.Sprintf("%s:%d", path, lineOf(string(raw), k[0]))
		s, ok := known[k[0]]
		if !ok {
			probs = append(probs, Problem{where, fmt.Sprintf("unknown setting %q%s", k[0], suggestion(k[0], func(s Setting) string { return s.Key }))})
			continue
		}
		v, err := scalar(doc[k[0]])
		if err != nil {
			probs = append(probs, Problem{where, k[0] + ": " + err.Error()})
			continue
		}
		if err := s.set(c, v); err != nil {
			probs = append(probs, Problem{where, k[0] + ": " + err.Error()})
			continue
		}
		given[s.Key] = true
	}
	return probs, nil
}

// scalar is a TOML value as the text that a flag would have had.
func scalar(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case bool, int64, float64:
		return fmt.Sprint(v), nil
	case []any:
		parts := make([]string, len(v))
		for i, x := range v {
			s, ok := x.(string)
			if !ok {
				return "", errors.New("want a list of strings")
			}
			parts[i] = s
		}
		return strings.Join(parts, ","), nil
	}
	return "", errors.New("want a string")
}

// lineOf is the line on which a top-level key or table stands; the TOML
// package keeps no positions of keys. 1 when it cannot be told.
func lineOf(doc, key string) int {
	for i, line := range strings.Split(doc, "\n") {
		line = strings.TrimSpace(line)
		if t, ok := strings.CutPrefix(line, "["); ok {
			line = strings.TrimPrefix(t, "[")
			line, _, _ = strings.Cut(line, "]")
			line, _, _ = strings.Cut(line, ".")
		} else {
			line, _, _ = strings.Cut(line, "=")
			line, _, _ = strings.Cut(line, ".")
		}
		if strings.Trim(strings.TrimSpace(line), `"'`) == key {
			return i + 1
		}
	}
	return 1
}

// suggestion is ", did you mean X?" for the setting nearest to an unknown key,
// or "" when none is near.
func suggestion(key string, show func(Setting) string) string {
	best, at := "", 3
	for _, s := range Settings() {
		if d := Distance(key, s.Key); d < at {
			best, at = show(s), d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %s?", best)
}

// Distance is the Levenshtein distance of two short words, in bytes.
func Distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		prev := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			prev, row[j] = row[j], min(row[j]+1, row[j-1]+1, prev+cost)
		}
	}
	return row[len(b)]
}
