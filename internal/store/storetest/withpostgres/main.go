// Command withpostgres runs a command with one throw-away PostgreSQL cluster
// for all the test processes that it starts, so that not each of them makes its
// own: the cluster's address is in BOCAGE_TEST_POSTGRES. Without PostgreSQL on
// the machine, or with that variable set, it only runs the command.
//
//	withpostgres go test ./...
//
// It belongs to the test scripts; no package imports it.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"

	"codeberg.org/bocage/bocage/internal/store/storetest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: withpostgres COMMAND…")
		os.Exit(2)
	}
	dsn, err := storetest.Server()
	if err != nil {
		fmt.Fprintln(os.Stderr, "withpostgres:", err) // the tests say whether that is a failure
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if err == nil {
		cmd.Env = append(cmd.Env, "BOCAGE_TEST_POSTGRES="+dsn)
	}
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(max(exit.ExitCode(), 1)) // a signal has no code
	case err != nil:
		fmt.Fprintln(os.Stderr, "withpostgres:", err)
		os.Exit(1)
	}
}
