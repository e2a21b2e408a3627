import type { Action } from './action.js'
import { fieldOf } from './action.js'

export const queueActions = {
  'queue-pause': {
    run: async ({ data, form }) => {
      const queue = fieldOf(form, 'queue')
      await data.call('pause.everywhere', { queues: [queue] })
      return { text: `Queue ${queue} is paused for all rqd daemons.` }
    },
  },
  'queue-resume': {
    run: async ({ data, form }) => {
      const queue = fieldOf(form, 'queue')
      const { all } = await data.call('resume.everywhere', { queues: [queue] })
      return {
        text: all
          ? `Queue ${queue}: all queues are paused everywhere, resume them all.`
          : `Queue ${queue} is open again.`,
      }
    },
  },
  'resume-all': {
    run: async ({ data }) => {
      await data.call('resume.all', {})
      return { text: 'The workers of this Redis go on.' }
    },
  },
} satisfies Record<string, Action>
