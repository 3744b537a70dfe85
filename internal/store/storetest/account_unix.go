//go:build unix

package storetest

import (
	"os/exec"
	"syscall"
)

// run makes cmd run as the account, in its own process group so that Ctrl-C
// reaches the tests first.
func (a account) run(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a != (account{}) {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}
