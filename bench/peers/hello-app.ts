import express from 'express';

/** Express, and nothing else. */
export const helloApp = express().get('/v1/me', (_request, response) => void response.json({ hello: 'world' }));
