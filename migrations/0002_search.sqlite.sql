-- The words of public entries, folded by the program: rowid = entry.num. The
-- ascii tokenizer splits at ASCII punctuation and space only, and the program
-- writes nothing but letters, digits and spaces, so that a word is one token.
CREATE VIRTUAL TABLE search USING fts5 (
    words,
    content = '',
    contentless_delete = 1,
    detail = none,
    prefix = '2 3 4',
    tokenize = 'ascii'
);
