package main

// A machine without zones, an image of nothing but the program or Windows, must
// know the shop's days all the same. It costs 450 KB.
import _ "time/tzdata"
