package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets this test binary be the program, for scripts and for processes
// that tests kill.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"bocage": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true})
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range commands() {
		if c.short == "" || c.example == "" || c.setup == nil {
			t.Errorf("%s lacks a description or an example", c.name)
		}
		s := streams{in: os.Stdin, out: &discard{}, err: &discard{}}
		if code := run(t.Context(), append(words(c.name), "--help"), s); code != exitOK {
			t.Errorf("bocage %s --help exits with %d", c.name, code)
		}
	}
}
