// Package pgtest gives tests a real PostgreSQL that they start themselves, and
// ways to hurt it.
//
// [Start] gives a test an empty database of its own on a server that the whole
// test process shares; [NewServer] gives it a server of its own, to stop and
// start; [NewProxy] stands between a client and a server, to cut or stall what
// flows. Servers are made by initdb in a temporary directory and listen at a
// socket in it alone, so that no port can be taken. Each is watched by a shell
// that reads from the test process: when that process ends, however it ends,
// the shell stops the server and removes the directory.
//
// Where no server's programs are installed, or initdb could not run as this
// account, a test skips with the reason.
//
// It owns no rows.
package pgtest
