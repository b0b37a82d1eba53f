package access

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Head is where a chain was at some time: the number and hash of an entry. Noted
// outside the database, such as on paper or in another system's log, it shows
// later what nothing inside can: that a superuser made the chain anew, or cut its end off.
type Head struct {
	Chain string `json:"chain"`
	N     int64  `json:"n"`
	Hash  string `json:"hash"` // hex
}

// String is the head as a person notes it, and as [ParseHead] reads it.
func (h Head) String() string { return h.Chain + ":" + strconv.FormatInt(h.N, 10) + ":" + h.Hash }

// ParseHead reads what [Head.String] wrote.
func ParseHead(s string) (Head, error) {
	parts := strings.Split(s, ":")
	if len(parts) == 3 && parts[0] != "" {
		n, err := strconv.ParseInt(parts[1], 10, 64)
		if b, hexErr := hex.DecodeString(parts[2]); err == nil && n > 0 && hexErr == nil && len(b) == sha256.Size {
			return Head{parts[0], n, strings.ToLower(parts[2])}, nil
		}
	}
	return Head{}, fault.New(fault.Usage, say.T("{text} is not the head of a chain.", "text", strings.ToValidUTF8(s, "?"))).
		Hint(say.T("Write it as sheetmill audit verify prints it: chain:number:hash."))
}

// Report is what a look through the audit log found.
type Report struct {
	Entries int64   `json:"entries"`
	Chains  []Chain `json:"chains"` // by name
}

// Whole tells whether every chain is.
func (r Report) Whole() bool {
	for _, c := range r.Chains {
		if c.Broken != nil {
			return false
		}
	}
	return true
}

// Chain is one chain as it was found.
type Chain struct {
	Head           // where it ends
	Entries int64  `json:"entries"`
	Broken  *Break `json:"broken,omitempty"` // the first place where it does not hold, or nil
}

// Break is a place where a chain does not hold.
type Break struct {
	N   int64    `json:"n"` // of the entry
	Why say.Text `json:"why"`
}

// VerifyAudit reads the whole log, as far as db's role sees it, computes every
// hash anew, and names the first entry of each chain that is not as it was
// written. Heads that were noted before are looked for. It reads one state of the
// database, whatever is written meanwhile.
func VerifyAudit(ctx context.Context, db DB, noted ...Head) (Report, error) {
	rows, err := db.Query(ctx, `
		SELECT coalesce(a.chain, h.chain), coalesce(a.n, 0), coalesce(a.at, now()), coalesce(a.login, ''), coalesce(a.role, ''), coalesce(a.action, ''),
			coalesce(a.subject, ''), coalesce(a.detail::text, ''), coalesce(a.previous, ''), coalesce(a.hash, ''), coalesce(h.n, 0), coalesce(h.hash, '')
		FROM sheetmill.audit a FULL JOIN sheetmill.audit_head h ON h.chain = a.chain
		ORDER BY 1, 2`)
	if err != nil {
		return Report{}, trouble(err)
	}
	defer rows.Close()
	v := verification{noted: noted}
	for rows.Next() {
		var e stored
		if err := rows.Scan(&e.chain, &e.n, &e.at, &e.login, &e.role, &e.action, &e.subject, &e.detail, &e.previous, &e.hash, &e.endN, &e.end); err != nil {
			return Report{}, trouble(err)
		}
		v.add(e)
	}
	if err := rows.Err(); err != nil {
		return Report{}, trouble(err)
	}
	v.finish()
	v.missing()
	return v.report, nil
}

// stored is an entry as it is kept, with the end that its chain should have.
type stored struct {
	chain, login, role, action, subject, detail string
	n, endN                                     int64
	at                                          time.Time
	previous, hash, end                         []byte
}

// sum is the entry's hash. The same is written in SQL, in sheetmill.append.
func (e stored) sum() []byte {
	h := sha256.New()
	for _, part := range []string{
		e.chain, strconv.FormatInt(e.n, 10), strconv.FormatInt(e.at.UnixMicro(), 10), e.login, e.role, e.action, e.subject, e.detail, hex.EncodeToString(e.previous),
	} {
		h.Write([]byte(strconv.Itoa(len(part))))
		h.Write([]byte{':'})
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// verification follows the chains, one after the other.
type verification struct {
	noted  []Head
	report Report
	open   *Chain // the chain that entries come of
	last   stored // its last entry
}

func (v *verification) add(e stored) {
	if v.open == nil || v.open.Chain != e.chain {
		v.finish()
		v.open = &Chain{Head: Head{Chain: e.chain}}
		v.last = stored{chain: e.chain, endN: e.endN, end: e.end}
	}
	if e.n == 0 { // an end without any entry
		return
	}
	switch {
	case e.n != v.last.n+1:
		v.broken(v.last.n+1, say.T("Entry {n} is missing.", "n", v.last.n+1))
	case !bytes.Equal(e.hash, e.sum()):
		v.broken(e.n, say.T("Entry {n} was changed.", "n", e.n))
	case !bytes.Equal(e.previous, v.last.hash):
		v.broken(e.n, say.T("Entry {n} does not follow the one before it.", "n", e.n))
	}
	for _, h := range v.noted {
		if h.Chain == e.chain && h.N == e.n && h.Hash != hex.EncodeToString(e.hash) {
			v.broken(e.n, say.T("Entry {n} is not the one that was noted.", "n", e.n))
		}
	}
	v.last = e
	v.open.Entries++
	v.open.N, v.open.Hash = e.n, hex.EncodeToString(e.hash)
}

// finish ends the open chain, which must end where its last entry was written.
func (v *verification) finish() {
	if v.open == nil {
		return
	}
	switch {
	case v.last.endN > v.last.n:
		v.broken(v.last.n+1, say.T("The chain ends before entry {n}, which was written.", "n", v.last.n+1))
	case v.last.endN != v.last.n || !bytes.Equal(v.last.end, v.last.hash):
		v.broken(v.last.n, say.T("Entry {n} was not written by Sheetmill.", "n", v.last.n))
	}
	for _, h := range v.noted {
		if h.Chain == v.open.Chain && h.N > v.last.n {
			v.broken(v.last.n+1, say.T("The chain ends before entry {n}, which was noted.", "n", h.N))
		}
	}
	v.report.Entries += v.open.Entries
	v.report.Chains = append(v.report.Chains, *v.open)
	v.open = nil
}

// missing adds the chains that were noted and are not there at all.
func (v *verification) missing() {
	for _, h := range v.noted {
		there := false
		for _, c := range v.report.Chains {
			there = there || c.Chain == h.Chain
		}
		if !there {
			v.report.Chains = append(v.report.Chains, Chain{Head: Head{Chain: h.Chain}, Broken: &Break{N: 1, Why: say.T("The chain is not there any more.")}})
		}
	}
}

// broken keeps the first place only: what comes after it is its consequence.
func (v *verification) broken(n int64, why say.Text) {
	if v.open.Broken == nil {
		v.open.Broken = &Break{N: n, Why: why}
	}
}
