package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A command that is interrupted half-way does not look done.
func TestInterruptedIsNotDone(t *testing.T) {
	var said strings.Builder
	if code := report(importCommand(), fmt.Errorf("import rows: %w", context.Canceled), &said); code != exitFailure || !strings.Contains(said.String(), "interrupted") {
		t.Errorf("exit code %d, said %q", code, said.String())
	}
}

// The examples of --help, pasted one after the other into a shell on a new
// machine, all work: they tell one story.
func TestExamplesWorkWhenPasted(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.Symlink(self, filepath.Join(dir, "bocage")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "jardins.csv"), []byte("id,Nom,latitude,longitude\n1,Jardin du haut,48.1,-1.6\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	for _, c := range commands() {
		examples[c.name] = c.example
	}
	for _, name := range []string{"version", "org create", "org list", "user create", "user list", "user password", "entry create",
		"entry list", "entry show", "entry edit", "import", "export", "peer list", "entry delete"} {
		sh := exec.CommandContext(t.Context(), "sh", "-c", examples[name])
		sh.Dir = dir
		sh.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "PASSWORD=correct horse battery")
		if out, err := sh.CombinedOutput(); err != nil {
			t.Errorf("bocage %s: %v\n$ %s\n%s", name, err, examples[name], out)
		}
	}
}
