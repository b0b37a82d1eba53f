package access

import (
	"encoding/base64"
	"testing"
)

// TestVerifier compares with what PostgreSQL itself makes of the password and
// salt in RFC 7677; a login with one is in the tests of users.
func TestVerifier(t *testing.T) {
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	const want = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
	if got, err := verifierOf("pencil", salt, 4096); err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}
