//go:build !unix

package storetest

import "os/exec"

// run leaves cmd as it is: only Unix runs tests as root.
func (a account) run(*exec.Cmd) {}
