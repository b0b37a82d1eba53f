package view

import (
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Place is which of the client's workspaces something is in.
type Place string

// The places.
const (
	Local  Place = "local"  // this machine's
	Shared Place = "shared" // the one that an imported connection leads to
)

// Ref names a dataset. A file that is being copied has a Ref from its first moment
// on, which stays the same when it has become a record.
type Ref struct {
	Place Place
	ID    string
}

// Phase is how a dataset stands, for a person.
type Phase string

// The phases.
const (
	Copying   Phase = "copying"   // its bytes go into the workspace
	Waiting   Phase = "waiting"   // for a worker
	Running   Phase = "running"   // a worker has it
	Retrying  Phase = "retrying"  // waits for its next attempt after a passing trouble, told by Fault
	Ready     Phase = "ready"     // there is a clean table
	Broken    Phase = "broken"    // ended by Fault
	Cancelled Phase = "cancelled" // ended because a person asked
)

// Ended tells that nothing more happens by itself.
func (p Phase) Ended() bool { return p == Ready || p == Broken || p == Cancelled }

// Transfer is how a dataset stands between the local workspace and the shared one.
type Transfer string

// The states of a transfer. The empty one is none at all.
const (
	Pushing        Transfer = "pushing"
	Pulling        Transfer = "pulling"
	TransferWaits  Transfer = "waiting" // the network is away; it goes on by itself
	TransferDone   Transfer = "done"
	TransferFailed Transfer = "failed" // see Fault
)

// Item is one dataset of the library, as it stands now.
type Item struct {
	Ref

	Name  string // of the file
	Size  int64  // bytes of the file; 0 while unknown
	Added time.Time
	Phase Phase
	// Stage is what is being done, as a sentence's part for a person; zero when nothing is.
	Stage say.Text
	// Done is the share of the whole that is done, 0 to 1, from work really done; it does not fall.
	Done float64
	// Left estimates the time that is left; negative while that is unknown.
	Left time.Duration
	// Rows seen so far, and the size of the table once it is ready.
	Rows, Columns int64
	// Fault says why it is Broken, or what it waits for while Retrying.
	Fault *fault.Error
	// Transfer and TransferDone (0 to 1) tell of a push or pull, TransferFault of its trouble.
	Transfer      Transfer
	TransferDone  float64
	TransferFault *fault.Error
	// Fresh tells that it was added since the program started, and Glance that its
	// first rows can be opened although it is not ready.
	Fresh, Glance bool
	// Again tells that the table is being made anew, with other choices; it can be read meanwhile,
	// and Done, Left and Stage are those of the new one.
	Again bool
	// Took is how long the last job ran in this session; 0 when that is unknown.
	Took time.Duration
}

// CanOpen tells whether OpenTable has something to show.
func (i Item) CanOpen() bool { return i.Phase == Ready || i.Glance }

// CanCancel tells whether there is work to cancel.
func (i Item) CanCancel() bool {
	return !i.Phase.Ended() || i.Again || i.Transfer == Pushing || i.Transfer == TransferWaits || i.Transfer == Pulling
}

// CanRetry tells whether trying again makes sense.
func (i Item) CanRetry() bool {
	return i.Phase == Broken || i.Phase == Cancelled || i.Transfer == TransferFailed
}

// CanReadAgain tells whether its source can be read with other choices.
func (i Item) CanReadAgain() bool { return i.Phase.Ended() && !i.Again }

// Locked tells that it is a workbook behind a password, which Client.ReadAgain takes.
func (i Item) Locked() bool {
	return i.Phase == Broken && i.Fault != nil && i.Fault.Sentence.Key == sheet.NeedsPassword().Sentence.Key
}

// CanPush tells whether it may be published in the shared workspace.
func (i Item) CanPush() bool {
	return i.Place == Local && i.Phase == Ready && (i.Transfer == "" || i.Transfer == TransferFailed)
}

// CanPull tells whether it may be fetched from the shared workspace.
func (i Item) CanPull() bool { return i.Place == Shared && i.Phase == Ready }
