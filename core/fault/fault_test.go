package fault_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

func TestFaultKeepsAllThroughJSON(t *testing.T) {
	f := fault.New(fault.Limit, say.T("Too many rows: {n}.", "n", 7)).Hint(say.T("Split it.")).
		At("B7").At("a.xlsx").Because(io.ErrUnexpectedEOF).ForGood()
	if got, want := f.Error(), "a.xlsx: B7: Too many rows: 7. (unexpected EOF)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	back := &fault.Error{}
	if err := json.Unmarshal(b, back); err != nil {
		t.Fatal(err)
	}
	if back.Error() != f.Error() || back.Code != fault.Limit || back.Next.String() != "Split it." || !back.Final {
		t.Errorf("%+v", back)
	}
}

func TestCodesAndWhatTheyMean(t *testing.T) {
	wrapped := fmt.Errorf("in passing: %w", fault.New(fault.BadInput, say.T("No.")))
	joined := errors.Join(io.EOF, wrapped)
	for name, c := range map[string]struct {
		err       error
		code      fault.Code
		permanent bool
	}{
		"none":              {nil, "", false},
		"wrapped":           {wrapped, fault.BadInput, true},
		"joined":            {joined, fault.BadInput, true},
		"unknown":           {io.EOF, fault.Internal, false},
		"for good":          {fault.New(fault.Internal, say.T("No.")).ForGood(), fault.Internal, true},
		"a disk away":       {fault.New(fault.Unreachable, say.T("No.")), fault.Unreachable, false},
		"cancelled":         {fmt.Errorf("x: %w", context.Canceled), fault.Cancelled, true},
		"too late":          {context.DeadlineExceeded, fault.Internal, false},
		"someone was first": {fault.New(fault.Conflict, say.T("No.")), fault.Conflict, false},
	} {
		if fault.CodeOf(c.err) != c.code || fault.Permanent(c.err) != c.permanent || fault.Is(c.err, c.code) != (c.err != nil) {
			t.Errorf("%s: code %s, permanent %v", name, fault.CodeOf(c.err), fault.Permanent(c.err))
		}
	}
}

func TestWithinTellsAPlaceOnce(t *testing.T) {
	f := fault.New(fault.BadInput, say.T("No.")).At("B7")
	once := f.Within("a.xlsx")
	if once.Place != "a.xlsx: B7" || once.Within("a.xlsx").Place != once.Place || f.Place != "B7" {
		t.Errorf("%q, then %q", once.Place, once.Within("a.xlsx").Place)
	}
}

func TestChainedMethodsCopy(t *testing.T) {
	base := fault.New(fault.NotFound, say.T("Nothing."))
	_ = base.At("here").Hint(say.T("Look.")).Because(io.EOF).ForGood()
	if base.Place != "" || !base.Next.IsZero() || base.Unwrap() != nil || base.Final {
		t.Errorf("the first fault was changed: %+v", base)
	}
}
