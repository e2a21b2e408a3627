import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { projectRoot } from '../../helpers/paths.js'

// Scripts meet ids only inside Redis and derive keys there; the generated module holds the scripts.
const speller = ['src/redis/keys.ts', 'src/redis/scripts.generated.ts']

void t.test('no file but keys.ts spells a key of Redis', (t) => {
  const files = ['src', 'daemon'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(projectRoot, folder, file)),
  )
  t.ok(files.length > 50, `${files.length} files`)
  for (const file of files) {
    const name = relative(projectRoot, file)
    if (speller.includes(name)) continue
    t.strictSame(keysSpelledIn(readFileSync(file, 'utf8')), [], name)
  }
  t.end()
})

void t.test('the guard sees keys in every kind of literal, and leaves prose alone', (t) => {
  t.strictSame(keysSpelledIn("const a = 'rq:queues'; f(`rq:job:${a}`, `${a}rqd:claims`)"), [
    'rq:queues',
    'rq:job:',
    'rqd:claims',
  ])
  t.strictSame(keysSpelledIn("// rq:job:x\nlog('rqd: cannot start'); process.title = `rqd: ${a}`; x.set('rq:')"), [
    'rq:',
  ])
  t.end()
})

/** Literals with a key prefix. A colon and a blank is prose: `rqd: executor idle`. */
function keysSpelledIn(source: string): string[] {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      if (/(^|[^\w])rqd?:(?! |\/\/)/.test(node.text) && !/\brqd: /.test(node.text)) found.push(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('file.ts', source, ts.ScriptTarget.Latest))
  return found
}
