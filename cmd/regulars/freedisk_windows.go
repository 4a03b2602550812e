package main

import "golang.org/x/sys/windows"

// freeDisk is how many bytes this account may still write in dir.
func freeDisk(dir string) (free uint64, err error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	return free, windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
}
