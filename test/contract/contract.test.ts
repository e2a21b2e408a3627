import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { projectRoot } from '../helpers/paths.js'
import { rows } from './rows.js'
import { titlesIn, type Title } from './titles.js'

const folder = join(projectRoot, 'test')
const known = new Map<string, Title[]>()

function titles(file: string): Title[] {
  const found = known.get(file) ?? titlesIn(join(folder, file))
  known.set(file, found)
  return found
}

/** How many rows the contract has, by the letter of their ids. */
const counts = { J: 21, W: 18, C: 12, P: 4 }

t.test('every row of the contract is here', (t) => {
  const all = Object.entries(counts).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}${i + 1}`),
  )
  t.strictSame(Object.keys(rows), all)
  t.end()
})

for (const [id, { title, clauses, unproven = [] }] of Object.entries(rows)) {
  t.test(`${id} ${title}`, (t) => {
    t.ok(Object.keys(clauses).length > 0, 'something of it is proved')
    for (const [clause, proofs] of Object.entries(clauses)) {
      t.ok(proofs.length > 0, `${clause}: somewhere`)
      for (const proof of proofs) {
        const [file = '', fragment = ''] = proof.split(/: (.*)/s)
        if (!existsSync(join(folder, file))) {
          t.fail(`${clause}: there is no test/${file}`)
          continue
        }
        const found = titles(file).filter(({ text }) => fragment !== '' && text.includes(fragment))
        t.ok(found.length > 0, `${clause}: a test of ${file} is called "${fragment}"`)
        t.notOk(
          found.some(({ isOff }) => isOff),
          `${clause}: it is not skipped`,
        )
      }
    }
    for (const clause of unproven) t.comment(`${id} is not proved: ${clause}`)
    t.end()
  })
}
