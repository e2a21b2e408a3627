import { listenForKeys } from './keys.js'
import { stayLive } from './live.js'
import { chooseRows } from './rows.js'
import { keepTimes } from './times.js'

// Pages work without any of this: forms are sent and links followed. What is here makes them quicker to use.
keepTimes()
chooseRows()
listenForKeys()
stayLive()
