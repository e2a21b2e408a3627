import t from 'tap'
import { checkQueueName } from '../../src/queue-name.js'

void t.test('names that RQ’s data can hold come back', (t) => {
  for (const name of ['default', 'a:b', 'größe', 'with blank', 'intermediate', ':intermediate:x']) {
    t.equal(checkQueueName(name), name)
  }
  t.end()
})

void t.test('others are refused by name', (t) => {
  for (const name of ['', 'a,b', 'a:intermediate', ':intermediate']) {
    t.throws(() => checkQueueName(name), {
      code: 'RQD_BAD_OPTION',
      message: `queue name ${JSON.stringify(name)}: expected text without a comma that does not end in ":intermediate"`,
    })
  }
  t.end()
})
