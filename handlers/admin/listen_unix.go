//go:build unix

package admin

import (
	"net"
	"sync"
	"syscall"
)

var umask sync.Mutex

// listenPrivately opens a socket for its owner only. The mask makes it private
// from its first moment; setting its mode afterwards would leave a gap. Other
// files made meanwhile are private too.
func listenPrivately(path string) (net.Listener, error) {
	umask.Lock()
	defer umask.Unlock()
	before := syscall.Umask(0o177)
	defer syscall.Umask(before)
	return net.Listen("unix", path)
}
