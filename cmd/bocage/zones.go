package main

// The time zones of events, for systems that bring none: without them every
// event would be written in UTC.
import _ "time/tzdata"
