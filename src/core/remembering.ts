/**
 * Remembers what a function without side effects answered for the texts that it was last asked about: names, paths and
 * messages repeat from object to object. Texts longer than `longest` are not remembered, and all are
 * forgotten when `most` are known: hostile input must not fill the memory.
 */
export function remembering<T extends {} | null>(read: (text: string) => T, most = 10_000, longest = 256): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (text.length > longest) return read(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= most) known.clear();
    const answer = read(text);
    known.set(text, answer);
    return answer;
  };
}
