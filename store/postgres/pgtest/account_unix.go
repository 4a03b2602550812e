//go:build unix

package pgtest

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is whom a server runs as: nil is whoever runs the tests. PostgreSQL
// refuses root, so root needs the account that its package made.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, errors.New("PostgreSQL does not run as root, and this machine has no account named postgres")
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// own makes cmd run as who, and in a process group of its own, so that an
// interrupt at the terminal reaches the tests and not the server under them.
func own(cmd *exec.Cmd, who *syscall.Credential) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: who}
}

// home makes an empty directory that who can work in.
func home(who *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp("", "regulars-pg-")
	if err == nil && who != nil {
		err = os.Chown(dir, int(who.Uid), int(who.Gid))
	}
	return dir, err
}
