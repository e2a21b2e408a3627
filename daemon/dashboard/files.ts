import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Ask, Reply } from './ask.js'
import { textReply } from './ask.js'

const require = createRequire(import.meta.url)

/** What browsers load besides pages: by name, its type and where it lies. */
const known: Readonly<Record<string, readonly [type: string, place: URL | string]>> = {
  'style.css': ['text/css; charset=utf-8', new URL('./assets/style.css', import.meta.url)],
  'icon.svg': ['image/svg+xml', new URL('./assets/icon.svg', import.meta.url)],
  'app.js': script('app.js'),
  'keys.js': script('keys.js'),
  'live.js': script('live.js'),
  'theme.js': script('theme.js'),
  'times.js': script('times.js'),
  'rows.js': script('rows.js'),
  'idiomorph.js': ['text/javascript; charset=utf-8', require.resolve('idiomorph/dist/idiomorph.esm.js')],
}

function script(name: string): readonly [string, URL] {
  return ['text/javascript; charset=utf-8', new URL(`./browser/${name}`, import.meta.url)]
}

interface Loaded {
  readonly type: string
  readonly body: Buffer
  readonly etag: string
}

const loaded = new Map<string, Loaded>()

/** Answers a request for a file below `/static/`. Asked for again, an unchanged one is not sent again. */
export function answerFile({ path, headers }: Pick<Ask, 'path' | 'headers'>): Reply {
  const file = loadFile(path.slice('/static/'.length))
  if (file === undefined) return textReply(404, `There is no file ${path}.`)
  const cached = { etag: file.etag, 'cache-control': 'no-cache' }
  if (headers['if-none-match'] === file.etag) return { status: 304, headers: cached, body: '' }
  return { status: 200, headers: { ...cached, 'content-type': file.type }, body: file.body }
}

function loadFile(name: string): Loaded | undefined {
  const before = loaded.get(name)
  if (before !== undefined) return before
  const entry = Object.hasOwn(known, name) ? known[name] : undefined
  if (entry === undefined) return undefined
  const [type, place] = entry
  const body = readFileSync(place)
  const file = { type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 16)}"` }
  loaded.set(name, file)
  return file
}
