package main

// sameOwner does nothing: a file in the place of another has its folder's rights.
func sameOwner(string, string) error { return nil }
