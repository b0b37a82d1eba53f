package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Admin sets up a bucket of MinIO and its users:
//
//	admin := s3.OpenAdmin(s3.Config{Endpoint: "minio.example.org:9000", Secure: true, Bucket: "sheetmill", AccessKey: root, SecretKey: secret})
//	err := admin.Setup(ctx)
//	secret, err := admin.AddUser(ctx, "ana") // who may use owner/ana/ of the bucket, and nothing else
//
// What it may not do it answers with fault.NotAllowed, and every request
// asks the server anew: there is nothing to close.
type Admin struct{ config Config }

// OpenAdmin is for an administrator of the server, whose keys the Config has.
func OpenAdmin(c Config) *Admin { return &Admin{c.withDefaults()} }

// Setup makes the bucket and the policies for its users, as far as they are
// not there. It may be run again, to bring the policies up to this program's.
func (a *Admin) Setup(ctx context.Context) error {
	client, hangUp, err := dial(a.config)
	if err != nil {
		return err
	}
	defer hangUp()
	bucket := a.config.Bucket
	err = a.call(ctx, func(ctx context.Context, _ *watch) error {
		there, err := client.BucketExists(ctx, bucket)
		if err == nil && !there {
			err = client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: a.config.Region})
		}
		if codeOf(err) == "BucketAlreadyOwnedByYou" {
			return nil // another administrator was first
		}
		return err
	})
	if err != nil {
		return err
	}
	return a.ask(ctx, func(ctx context.Context, m *madmin.AdminClient) error {
		return errors.Join(
			m.AddCannedPolicy(ctx, policyFor(analystPolicy, bucket), policyText(analystText, bucket)),
			m.AddCannedPolicy(ctx, policyFor(serverPolicy, bucket), policyText(serverText, bucket)))
	})
}

// AddUser makes an analyst, who may use the keys below owner/<name>/, and
// answers the secret key; the access key is the name. A name that is taken is fault.Conflict.
func (a *Admin) AddUser(ctx context.Context, name string) (string, error) {
	return a.add(ctx, name, analystPolicy)
}

// AddServer makes a user who may use all of the bucket's keys, and answers the
// secret key.
func (a *Admin) AddServer(ctx context.Context, name string) (string, error) {
	return a.add(ctx, name, serverPolicy)
}

func (a *Admin) add(ctx context.Context, name, kind string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	secret := rand.Text()
	err := a.ask(ctx, func(ctx context.Context, m *madmin.AdminClient) error {
		_, err := m.GetUserInfo(ctx, name)
		if err == nil {
			return fault.New(fault.Conflict, say.T("The object store has a user {name} already.", "name", name)).
				Hint(say.T("Choose another name, or give the user a new secret."))
		}
		if madmin.ToErrorResponse(err).Code != noSuchUser {
			return err
		}
		if err := m.SetUser(ctx, name, secret, madmin.AccountEnabled); err != nil {
			return err
		}
		_, err = m.AttachPolicy(ctx, madmin.PolicyAssociationReq{Policies: []string{policyFor(kind, a.config.Bucket)}, User: name})
		if err != nil { // a user without rights would stand in the way of the next try
			err = errors.Join(err, m.RemoveUser(context.WithoutCancel(ctx), name))
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Rotate gives a user of the bucket a new secret key and answers it. The old
// one, and every key that was made with it, is worth nothing from then on.
func (a *Admin) Rotate(ctx context.Context, name string) (string, error) {
	secret := rand.Text()
	err := a.ask(ctx, func(ctx context.Context, m *madmin.AdminClient) error {
		if err := a.known(ctx, m, name); err != nil {
			return err
		}
		if err := m.SetUser(ctx, name, secret, madmin.AccountEnabled); err != nil {
			return err
		}
		return m.RevokeTokens(ctx, madmin.RevokeTokensReq{User: name, FullRevoke: true})
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// RemoveUser removes a user of the bucket. The objects stay.
func (a *Admin) RemoveUser(ctx context.Context, name string) error {
	return a.ask(ctx, func(ctx context.Context, m *madmin.AdminClient) error {
		if err := a.known(ctx, m, name); err != nil {
			return err
		}
		return m.RemoveUser(ctx, name)
	})
}

// Users lists the bucket's analysts, by name.
func (a *Admin) Users(ctx context.Context) ([]string, error) {
	var names []string
	err := a.ask(ctx, func(ctx context.Context, m *madmin.AdminClient) error {
		users, err := m.ListUsers(ctx)
		for _, name := range slices.Sorted(maps.Keys(users)) {
			if a.has(users[name], analystPolicy) {
				names = append(names, name)
			}
		}
		return err
	})
	return names, err
}

// known is fault.NotFound for who is no user of this bucket, so that no other
// is changed.
func (a *Admin) known(ctx context.Context, m *madmin.AdminClient, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	u, err := m.GetUserInfo(ctx, name)
	if err == nil && !a.has(u, analystPolicy) && !a.has(u, serverPolicy) {
		err = madmin.ErrorResponse{Code: noSuchUser}
	}
	if madmin.ToErrorResponse(err).Code == noSuchUser {
		return fault.New(fault.NotFound, say.T("The object store has no user {name} of this workspace.", "name", name)).Because(err)
	}
	return err
}

func (a *Admin) has(u madmin.UserInfo, kind string) bool {
	return slices.Contains(strings.Split(u.PolicyName, ","), policyFor(kind, a.config.Bucket))
}

const noSuchUser = "XMinioAdminNoSuchUser"

// checkName refuses names that are no part of a key, or that MinIO refuses.
func checkName(name string) error {
	if len(name) >= 3 && !strings.Contains(name, "/") && blob.CheckKey(name) == nil {
		return nil
	}
	return fault.New(fault.Usage, say.T("{name} cannot be the name of a user of the object store.", "name", strings.ToValidUTF8(name, "?"))).
		Hint(say.T("Use 3 to 100 letters, digits, dots, dashes and underscores, with no dot at either end."))
}

// ask does requests to the server's administration.
func (a *Admin) ask(ctx context.Context, requests func(context.Context, *madmin.AdminClient) error) error {
	transport, err := transportFor(a.config)
	if err != nil {
		return err
	}
	defer transport.CloseIdleConnections()
	m, err := madmin.NewWithOptions(a.config.Endpoint, &madmin.Options{
		Creds: credentials.NewStaticV4(a.config.AccessKey, a.config.SecretKey, ""), Secure: a.config.Secure, Transport: transport,
	})
	if err != nil {
		return noAddress(a.config.Endpoint).Because(err)
	}
	return a.call(ctx, func(ctx context.Context, _ *watch) error { return requests(ctx, m) })
}

// call does requests and turns their error into a fault.
func (a *Admin) call(ctx context.Context, requests func(context.Context, *watch) error) error {
	err := watched(ctx, a.config.Patience, requests)
	if err == nil || ctx.Err() != nil {
		return err
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if answer, ok := errors.AsType[madmin.ErrorResponse](err); ok {
		err = errors.Join(minio.ErrorResponse{Code: answer.Code, Message: answer.Message}, err)
	}
	return entering(a.config.troubleOf("", err))
}
