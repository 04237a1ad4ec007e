import type { Schema } from './schemas.ts';

const HEADERS: Schema = { type: 'object', additionalProperties: { type: 'string' } };
const ID: Schema = { type: 'string', minLength: 1 };

export const BATCH_REQUEST_SCHEMA: Schema = {
  type: 'object',
  required: ['requests'],
  properties: {
    requests: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        required: ['id', 'method', 'url'],
        properties: {
          id: ID,
          method: { type: 'string', enum: ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] },
          url: { type: 'string', description: 'Below the version: /chats/{chatsId}/operations' },
          headers: HEADERS,
          body: { description: 'Needs a Content-Type among the headers.' },
          dependsOn: { type: 'array', items: ID, description: 'Ids of requests that stand before this one.' },
        },
      },
    },
  },
};

export const BATCH_RESPONSE_SCHEMA: Schema = {
  type: 'object',
  required: ['responses'],
  additionalProperties: false,
  properties: {
    responses: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'status', 'headers'],
        additionalProperties: false,
        properties: { id: ID, status: { type: 'integer', minimum: 100, maximum: 599 }, headers: HEADERS, body: {} },
      },
    },
  },
};
