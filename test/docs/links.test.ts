import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import t from 'tap'
import { projectRoot } from '../helpers/paths.js'

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(join(projectRoot, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'))

t.test('README.md leads to every page of the manual', (t) => {
  const text = readFileSync(join(projectRoot, 'README.md'), 'utf8')
  const missing = documents.filter((name) => name.startsWith('docs/') && !text.includes(`](${name})`))
  t.strictSame(missing, [])
  t.end()
})

/** The anchors that headings of a document make. */
function anchors(text: string): string[] {
  const headings = text.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

for (const name of documents) {
  t.test(`the links of ${name} lead somewhere`, (t) => {
    const file = join(projectRoot, name)
    const text = readFileSync(file, 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? file : resolve(dirname(file), path)
      t.ok(existsSync(target), link)
      if (anchor !== undefined && existsSync(target)) t.ok(anchors(readFileSync(target, 'utf8')).includes(anchor), link)
    }
    t.end()
  })
}
