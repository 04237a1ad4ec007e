import { app } from '@azure/functions';

app.timer('FUNCTION_NAME', {
  schedule: '0 */5 * * * *', // at every fifth minute: second, minute, hour, day, month, day of the week
  handler: (timer, context) => {
    context.log(timer.isPastDue ? 'The timer is late' : 'The timer has fired');
  },
});
