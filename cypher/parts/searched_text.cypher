// What a full-text query finds the record `r` by: its words and lists of words, as stored, and behind each word that is
// written as a telephone number the same without what separates its digits. A number that begins with a country code, of
// one to three digits, stands there without it too, since nothing tells how long it is.
reduce(t = '', word IN [name IN $words | r[name]] | t + coalesce(toStringOrNull(word) + ' ', '') +
  CASE WHEN word =~ '(?=00|[0-9]*[^0-9])[+(]?[0-9][0-9 \u00a0()./-]{4,40}( *(ext\\.?|x) *[0-9]{1,8})?' THEN
    reduce(u = '', start IN CASE
        WHEN word STARTS WITH '+' THEN range(0, 3)
        WHEN word STARTS WITH '00' THEN range(2, 5)
        ELSE [0]
      END |
      u + substring(reduce(digits = word, mark IN ['(0)', ' ', '\u00a0', '(', ')', '.', '/', '-', '+', 'ext', 'x'] |
        replace(digits, mark, '')), start) + ' ')
  ELSE '' END)
+ reduce(t = '', name IN $word_lists | t + reduce(u = '', word IN coalesce(r[name], []) | u + word + ' '))
