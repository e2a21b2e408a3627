// Enqueue a job and print its result: REDIS_URL=… node build/examples/enqueue.js http://127.0.0.1:8080/README.md
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Queue } from '../src/index.js' // in your project: 'rqd'

const address = process.env['REDIS_URL'] ?? 'redis://localhost:6379/0'
const redis = new Redis(address.replace('unix://', '')) // ioredis takes the path alone
const job = await new Queue('default', { connection: redis }).enqueue('words.countWords', process.argv[2])
while (!['finished', 'failed'].includes((await job.refresh()).status ?? 'failed')) await delay(20)
console.log(job.result ?? job.excInfo)
redis.disconnect()
