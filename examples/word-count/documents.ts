import { readdirSync, realpathSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import { type AddressInfo } from 'node:net'
import { basename, join } from 'node:path'

/** A text on this machine, and the queue on which its count is wanted. */
export interface Document {
  readonly file: string
  /** As shown: the path below the project, or the file's name. */
  readonly name: string
  readonly queue: 'high' | 'default' | 'low'
}

const licences = '/usr/share/common-licenses'

/** The project's own texts, its manual, and the licences that every Debian machine has. */
export function findDocuments(root: string): Document[] {
  const markdown = (folder: string): string[] => list(folder).filter((file) => file.endsWith('.md'))
  const documents: Document[] = [
    ...markdown(root).map((file) => ({ file, name: basename(file), queue: 'high' as const })),
    ...markdown(join(root, 'docs')).map((file) => ({
      file,
      name: `docs/${basename(file)}`,
      queue: 'default' as const,
    })),
    ...list(licences).map((file) => ({ file, name: basename(file), queue: 'low' as const })),
  ]
  const seen = new Set<string>()
  return documents.filter(({ file }) => {
    // Some licences are there under two names.
    const real = realpathSync(file)
    if (seen.has(real)) return false
    seen.add(real)
    return true
  })
}

function list(folder: string): string[] {
  try {
    const files = readdirSync(folder).map((name) => join(folder, name))
    // A link to a version comes after the version that it leads to.
    return files
      .filter((file) => statSync(file).isFile())
      .sort((a, b) => (realpathSync(b) === b ? 1 : 0) - (realpathSync(a) === a ? 1 : 0) || a.localeCompare(b))
  } catch {
    return []
  }
}

/** A web server on the loopback interface that serves these documents and nothing else. */
export interface DocumentServer {
  urlOf(document: Document): string
  close(): Promise<void>
}

export async function serveDocuments(documents: readonly Document[]): Promise<DocumentServer> {
  const byPath = new Map(documents.map((document) => [pathOf(document), document.file]))
  const server = createServer((request, response) => {
    const file = byPath.get(request.url ?? '')
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    readFile(file).then(
      (text) => response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { urlOf: (document) => `http://127.0.0.1:${port}${pathOf(document)}`, close: () => close(server) }
}

const pathOf = ({ name }: Document): string => `/${name.split('/').map(encodeURIComponent).join('/')}`

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
