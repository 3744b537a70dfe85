package store

import (
	linked "container/list"
	"context"
	"database/sql/driver"
	"errors"
)

// keptStatements is how many compiled statements a connection keeps: more than
// there are texts in the paths that run often. An IN list of another length is
// another text, which pushes out what was not used for longest.
const keptStatements = 256

// keeping is a connector whose connections keep the statements that they
// compiled: SQLite takes longer to compile most of ours than to run them. (The
// driver of PostgreSQL does so by itself.)
type keeping struct{ driver.Connector }

func (k keeping) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := c.(fullConn)
	if !ok { // another version of the driver: slower, and right
		return c, nil
	}
	return &keepingConn{fullConn: full, byText: map[string]*keptStatement{}}, nil
}

// fullConn is what the driver's connections can do.
type fullConn interface {
	driver.Conn
	driver.Pinger
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// keepingConn belongs, as every driver.Conn, to one goroutine at a time.
type keepingConn struct {
	fullConn
	byText map[string]*keptStatement
	used   linked.List // of *keptStatement, the latest first
}

// keptStatement is compiled once. It is busy while its rows are read; a second
// one of the same text is then compiled for that once.
type keptStatement struct {
	text string
	stmt fullStmt
	busy bool
	at   *linked.Element
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// manyRows, as the one argument of a statement, are the arguments of as many runs of
// it. The result is that of the last.
type manyRows [][]any

// CheckNamedValue implements driver.NamedValueChecker: it lets manyRows through.
func (c *keepingConn) CheckNamedValue(v *driver.NamedValue) error {
	if _, ok := v.Value.(manyRows); ok {
		return nil
	}
	return driver.ErrSkip
}

// execMany runs a statement for each row.
func execMany(ctx context.Context, stmt driver.StmtExecContext, rows manyRows) (res driver.Result, err error) {
	var args []driver.NamedValue
	for _, row := range rows {
		args = args[:0]
		for i, v := range row {
			if v, err = driver.DefaultParameterConverter.ConvertValue(v); err != nil {
				return nil, err
			}
			args = append(args, driver.NamedValue{Ordinal: i + 1, Value: v})
		}
		if res, err = stmt.ExecContext(ctx, args); err != nil {
			return nil, err
		}
	}
	return res, nil
}

// ExecContext implements driver.ExecerContext.
func (c *keepingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if many, ok := manyOf(args); ok && err == nil {
		if s != nil {
			return execMany(ctx, s.stmt, many)
		}
		return c.execOnce(ctx, query, many)
	}
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.fullConn.ExecContext(ctx, query, args)
	}
	return s.stmt.ExecContext(ctx, args)
}

func manyOf(args []driver.NamedValue) (manyRows, bool) {
	if len(args) != 1 {
		return nil, false
	}
	many, ok := args[0].Value.(manyRows)
	return many, ok
}

// execOnce is execMany of a statement that is compiled for that.
func (c *keepingConn) execOnce(ctx context.Context, query string, rows manyRows) (driver.Result, error) {
	stmt, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	exec, ok := stmt.(driver.StmtExecContext)
	if !ok {
		return nil, errors.Join(errors.New("the driver runs no statement with a context"), stmt.Close())
	}
	res, err := execMany(ctx, exec, rows)
	return res, errors.Join(err, stmt.Close())
}

// QueryContext implements driver.QueryerContext.
func (c *keepingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return c.fullConn.QueryContext(ctx, query, args)
	}
	rows, err := s.stmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{rows, s}, nil
}

// statement returns the kept one of this text; nil when that one is busy, or when
// the driver's is of another kind.
func (c *keepingConn) statement(ctx context.Context, text string) (*keptStatement, error) {
	if s, ok := c.byText[text]; ok {
		c.used.MoveToFront(s.at)
		if s.busy {
			return nil, nil
		}
		return s, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	full, ok := made.(fullStmt)
	if !ok {
		return nil, made.Close()
	}
	s := &keptStatement{text: text, stmt: full}
	s.at = c.used.PushFront(s)
	c.byText[text] = s
	return s, c.trim()
}

// trim closes what was not used for longest and is not busy.
func (c *keepingConn) trim() error {
	for at := c.used.Back(); at != nil && len(c.byText) > keptStatements; {
		s := at.Value.(*keptStatement)
		at = at.Prev()
		if s.busy || at == nil {
			continue
		}
		c.used.Remove(s.at)
		delete(c.byText, s.text)
		if err := s.stmt.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Close implements driver.Conn.
func (c *keepingConn) Close() error {
	for _, s := range c.byText {
		_ = s.stmt.Close() // the connection's own end says more
	}
	clear(c.byText)
	c.used.Init()
	return c.fullConn.Close()
}

// keptRows gives its statement back when it is closed.
type keptRows struct {
	driver.Rows
	s *keptStatement
}

func (r *keptRows) Close() error {
	r.s.busy = false
	return r.Rows.Close()
}
