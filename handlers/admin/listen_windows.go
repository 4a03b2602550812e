package admin

import "net"

// listenPrivately opens a socket. Windows knows no mask: who may open it is
// what the folder's permissions say, as for the key file beside it.
func listenPrivately(path string) (net.Listener, error) { return net.Listen("unix", path) }
