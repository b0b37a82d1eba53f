package access

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// scramRounds is PostgreSQL's own number; what is hashed here is random, so more would gain nothing.
const scramRounds = 4096

// verifier is what PostgreSQL keeps of a password (RFC 5802 and RFC 7677). It is
// made here, so that the password itself is never in a statement, nor in the server's log.
func verifier(password string) (string, error) {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // never fails: crypto/rand ends the program instead
	return verifierOf(password, salt[:], scramRounds)
}

func verifierOf(password string, salt []byte, rounds int) (string, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	keyed := func(text string) []byte {
		mac := hmac.New(sha256.New, salted)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := sha256.Sum256(keyed("Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", rounds, b64(salt), b64(stored[:]), b64(keyed("Server Key"))), nil
}
