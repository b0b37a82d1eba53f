package workspace

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"sheetmill/core/blob/s3"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/catalog/postgres/access"
	"sheetmill/core/catalog/postgres/schema"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// The words of who may do what.
type (
	// Identity is who a request comes from.
	Identity = access.Identity
	// Token is what is known of a token; its secret is not.
	Token = access.Token
	// NewToken is what a token starts with.
	NewToken = access.NewToken
	// Rights are what a token lets its bearer do.
	Rights = access.Rights
	// AuditEntry is one entry of the audit log.
	AuditEntry = access.Entry
	// AuditFilter chooses entries.
	AuditFilter = access.Filter
	// AuditReport is what a look through the audit log found.
	AuditReport = access.Report
	// AuditHead is where a chain of the audit log was at some time.
	AuditHead = access.Head
	// SchemaStatus is how far a database is and how far this program wants it.
	SchemaStatus = schema.Status
)

// The rights of a token. Each includes those before it.
const (
	RightsRead  = access.Read
	RightsWrite = access.Write
	RightsAdmin = access.Admin
)

// ParseAuditHead reads what AuditHead.String wrote.
func ParseAuditHead(text string) (AuditHead, error) { return access.ParseHead(text) }

// Migrate brings a shared workspace's database up to date, or makes the tables
// in an empty one.
func Migrate(ctx context.Context, database string) error { return schema.Migrate(ctx, database) }

// SetUpBucket makes the bucket of a shared workspace and the policies of its
// users, as far as they are not there. The keys must be an administrator's.
func SetUpBucket(ctx context.Context, o Objects) error {
	return s3.OpenAdmin(o.config("", 0, "")).Setup(ctx)
}

// Authenticate tells whose token it is; fault.NotAllowed when nobody's.
func (s *Server) Authenticate(ctx context.Context, token string) (Identity, error) {
	return access.Authenticate(ctx, s.db.Pool(), token)
}

// CreateToken makes a token and answers its text, which cannot be had again.
func (s *Server) CreateToken(ctx context.Context, n NewToken) (string, Token, error) {
	return access.CreateToken(ctx, s.db.Pool(), n)
}

// Tokens lists an owner's tokens, or all for "", newest first.
func (s *Server) Tokens(ctx context.Context, owner string) ([]Token, error) {
	return access.Tokens(ctx, s.db.Pool(), owner)
}

// RevokeToken ends a token.
func (s *Server) RevokeToken(ctx context.Context, id string) error {
	return access.RevokeToken(ctx, s.db.Pool(), id)
}

// Audit lists entries of the audit log, newest first.
func (s *Server) Audit(ctx context.Context, f AuditFilter) ([]AuditEntry, error) {
	return access.Audit(ctx, s.db.Pool(), f)
}

// VerifyAudit computes every hash of the audit log anew. Heads that were noted
// before are looked for.
func (s *Server) VerifyAudit(ctx context.Context, noted ...AuditHead) (AuditReport, error) {
	return access.VerifyAudit(ctx, s.db.Pool(), noted...)
}

// Note writes into the audit log that an owner did something to something, such
// as "export.made", under the owner's own role.
func (s *Server) Note(ctx context.Context, owner, action, subject string, detail any) error {
	return access.Note(ctx, s.db.As(owner), action, subject, detail)
}

// User is an analyst as an administrator sees her. Where one of the two
// services does not know her, the user was made or removed half-way; add or remove her again.
type User struct {
	access.User

	Database bool `json:"database"` // PostgreSQL knows her
	Objects  bool `json:"objects"`  // MinIO knows her
}

// administrator is the database for a role that may make roles.
func (s *Server) administrator(ctx context.Context) (*postgres.Server, error) {
	if s.config.Administrator.Database == "" {
		return s.db, nil
	}
	s.adminMu.Lock()
	defer s.adminMu.Unlock()
	if s.admin == nil {
		admin, err := postgres.OpenServer(ctx, s.config.Administrator.Database, s.databaseOptions())
		if err != nil {
			return nil, err
		}
		s.admin = admin
	}
	return s.admin, nil
}

// AddUser makes an analyst: a role of the database, a user of the bucket, and
// the connection with which her desktop reaches both. When the second cannot be made the
// first is taken back.
func (s *Server) AddUser(ctx context.Context, name string) (Connection, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return Connection{}, err
	}
	password, err := access.AddUser(ctx, admin.Pool(), name)
	if err != nil {
		return Connection{}, err
	}
	secret, err := s.bucketUsers().AddUser(ctx, name)
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackPatience)
		defer cancel()
		return Connection{}, errors.Join(err, access.RemoveUser(ctx, admin.Pool(), name, true))
	}
	return s.connection(name, password, secret)
}

// takeBackPatience bounds the undoing of what was done half-way.
const takeBackPatience = 30 * time.Second

// RotateUser gives an analyst new secrets and answers the new connection. Her
// sessions end; her old connection is worth nothing.
func (s *Server) RotateUser(ctx context.Context, name string) (Connection, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return Connection{}, err
	}
	password, err := access.Rotate(ctx, admin.Pool(), name)
	if err != nil {
		return Connection{}, err
	}
	secret, err := s.bucketUsers().Rotate(ctx, name)
	if fault.Is(err, fault.NotFound) { // made half-way
		secret, err = s.bucketUsers().AddUser(ctx, name)
	}
	if err != nil {
		return Connection{}, err
	}
	return s.connection(name, password, secret)
}

// RemoveUser removes an analyst. While she has records it is fault.Conflict,
// unless withData: then they go too, with their objects.
func (s *Server) RemoveUser(ctx context.Context, name string, withData bool) error {
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	// The bucket last: a user whom the database knows no more cannot be found half-way there.
	removed := access.RemoveUser(ctx, admin.Pool(), name, withData)
	if removed != nil && !fault.Is(removed, fault.NotFound) {
		return removed
	}
	err = s.bucketUsers().RemoveUser(ctx, name)
	if fault.Is(err, fault.NotFound) {
		err = removed // neither knew her, or only the database did
	}
	s.forget(name)
	if err != nil {
		return err
	}
	return s.removeObjects(ctx, ownerPrefix(name))
}

// removeObjects removes what a removed owner has left.
func (s *Server) removeObjects(ctx context.Context, prefix string) error {
	for info, err := range s.store.List(ctx, prefix) {
		if err != nil {
			return err
		}
		s.tables.forget([]string{info.Key})
		if err := s.store.Remove(ctx, info.Key); err != nil {
			return err
		}
	}
	return nil
}

// forget closes the workspace of an owner that is no more.
func (s *Server) forget(owner string) {
	s.mu.Lock()
	w := s.owners[owner]
	delete(s.owners, owner)
	s.mu.Unlock()
	if w != nil {
		w.watcher.Close()
	}
	s.db.Forget(owner)
}

// Users lists the analysts, by name.
func (s *Server) Users(ctx context.Context) ([]User, error) {
	known, err := access.Users(ctx, s.db.Pool())
	if err != nil {
		return nil, err
	}
	names, err := s.bucketUsers().Users(ctx)
	if err != nil {
		return nil, err
	}
	inBucket := map[string]bool{}
	for _, name := range names {
		inBucket[name] = true
	}
	users := make([]User, 0, len(known))
	for _, u := range known {
		users = append(users, User{User: u, Database: true, Objects: inBucket[u.Name]})
		delete(inBucket, u.Name)
	}
	for _, name := range names {
		if inBucket[name] {
			users = append(users, User{User: access.User{Name: name}, Objects: true})
		}
	}
	return users, nil
}

// AddServer makes what a server, or several, log in with: a role of the
// database and a user of the bucket. They reach everyone's, so keep them as one keeps all of that.
func (s *Server) AddServer(ctx context.Context, name string) (Connection, error) {
	admin, err := s.administrator(ctx)
	if err != nil {
		return Connection{}, err
	}
	password, err := access.AddServer(ctx, admin.Pool(), name)
	if err != nil {
		return Connection{}, err
	}
	secret, err := s.bucketUsers().AddServer(ctx, name)
	if err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeBackPatience)
		defer cancel()
		return Connection{}, errors.Join(err, access.RemoveServer(ctx, admin.Pool(), name))
	}
	database, err := databaseFor(s.config.Database, "", name, password)
	c := Connection{Owner: name, Database: database, Objects: s.config.Objects}
	c.Objects.AccessKey, c.Objects.SecretKey = name, secret
	return c, err
}

// RemoveServer removes what a server logs in with.
func (s *Server) RemoveServer(ctx context.Context, name string) error {
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	removed := access.RemoveServer(ctx, admin.Pool(), name)
	if removed != nil && !fault.Is(removed, fault.NotFound) {
		return removed
	}
	err = s.bucketUsers().RemoveUser(ctx, name)
	if fault.Is(err, fault.NotFound) {
		err = removed
	}
	return err
}

// connection is what an analyst needs to come in.
func (s *Server) connection(name, password, secret string) (Connection, error) {
	database, err := databaseFor(s.config.Database, s.config.Public.Database, name, password)
	if err != nil {
		return Connection{}, err
	}
	c := Connection{Owner: name, Database: database, Objects: s.config.Objects}
	c.Objects.AccessKey, c.Objects.SecretKey = name, secret
	if s.config.Public.Endpoint != "" {
		c.Objects.Endpoint = s.config.Public.Endpoint
	}
	if s.config.Public.Secure != nil {
		c.Objects.Secure = *s.config.Public.Secure
	}
	return c, nil
}

// databaseFor is the database's address for another login, as it is reached
// from outside: through another host and port, or by another address altogether.
func databaseFor(address, public, name, password string) (string, error) {
	whole := strings.Contains(public, "://")
	if whole {
		address = public
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", fault.New(fault.Usage, say.T("The address of the database cannot be read.")).
			Hint(say.T("Write it as postgres://name:password@host:5432/database."))
	}
	u.User = url.UserPassword(name, password)
	if public != "" && !whole {
		u.Host = public
	}
	return u.String(), nil
}

// bucketUsers administers the bucket's users.
func (s *Server) bucketUsers() *s3.Admin {
	o := s.config.Objects
	if a := s.config.Administrator; a.AccessKey != "" {
		o.AccessKey, o.SecretKey = a.AccessKey, a.SecretKey
	}
	return s3.OpenAdmin(o.config("", 0, ""))
}
