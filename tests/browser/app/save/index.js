module.exports = async (context, req) => {
  context.log('saving', JSON.stringify(req.body));
  if (!req.body?.id) {
    context.log.error('The order has no id');
    context.res = { status: 400, body: { error: 'An order needs an id' } };
    return;
  }
  context.bindings.order = req.body;
  context.res = { status: 201, body: req.body };
};
