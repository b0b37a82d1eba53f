package sheet

import (
	"errors"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Why an encrypted workbook did not open. Find them with errors.Is in what a
// reader's Open answers.
var (
	ErrNeedsPassword = errors.New("no password was given")
	ErrWrongPassword = errors.New("the password does not fit")
)

// NeedsPassword is the fault of an encrypted workbook when Options.Password is
// empty.
func NeedsPassword() *fault.Error {
	return fault.New(fault.BadInput, say.T("The workbook is protected with a password.")).
		Hint(say.T("Give its password, or open it in Excel, save it without one and add that file.")).Because(ErrNeedsPassword)
}

// WrongPassword is the fault of an encrypted workbook that Options.Password
// does not open.
func WrongPassword() *fault.Error {
	return fault.New(fault.BadInput, say.T("The password does not open the workbook.")).
		Hint(say.T("Passwords tell capital letters from small ones; check it and try again.")).Because(ErrWrongPassword)
}
