package view

import (
	"sheetmill/core/fault"
)

// Condition is whether the local workspace can be used.
type Condition string

// The conditions.
const (
	Opening Condition = "opening"
	Opened  Condition = "open"
	Failed  Condition = "failed" // see State.Fault; Client.Reopen tries again
)

// State is how the client stands as a whole.
type State struct {
	Condition Condition
	Home      string // the local workspace's folder
	Fault     *fault.Error
	// CanSetAside tells that the workspace's database is damaged and that
	// Client.SetAside may put it aside and start anew.
	CanSetAside bool
}

// Line is how the shared workspace can be reached.
type Line string

// The states of the line.
const (
	NoConnection Line = "none"       // none was imported
	Connecting   Line = "connecting" // the first attempt is under way
	Online       Line = "online"
	Offline      Line = "offline" // away; tried again by itself, nothing is lost
	Refused      Line = "refused" // it does not accept the connection: see Fault
)

// SharedState is how the shared workspace stands.
type SharedState struct {
	Line  Line
	Owner string // the analyst that the connection is for
	Where string // database and bucket, without secrets
	Fault *fault.Error
	// Pushing and Pulling count transfers under way or waiting.
	Pushing, Pulling int
	// SecretsInFile tells that the OS has no keyring, so that the secrets are in a
	// file that its owner alone may read, and File which.
	SecretsInFile bool
	File          string
}

// Check is one step of a test of a connection.
type Check struct {
	Name  string // CheckFile and the others
	Fault *fault.Error
}
