import { RequestUnitBudget } from './request-unit-budget.ts';

function budgetOf(rate: number) {
  let time = 0;
  const budget = new RequestUnitBudget(rate, () => time);
  return { budget, pass: (ms: number) => (time += ms) };
}

test('RequestUnitBudget accepts requests until a second of its rate is spent', () => {
  const { budget } = budgetOf(400);
  budget.spend(399);
  expect(budget.waitMs()).toBe(0);
  budget.spend(1);
  expect(budget.waitMs()).toBe(1);
});

test('RequestUnitBudget makes later requests wait for what a costly one overspent', () => {
  const { budget, pass } = budgetOf(400);
  budget.spend(800);
  expect(budget.waitMs()).toBe(1001);
  pass(1000);
  expect(budget.waitMs()).toBe(1);
  pass(1);
  expect(budget.waitMs()).toBe(0);
});

test('RequestUnitBudget keeps no more than one second of its rate', () => {
  const { budget, pass } = budgetOf(400);
  pass(60_000);
  budget.spend(400);
  expect(budget.waitMs()).toBeGreaterThan(0);
});

test('RequestUnitBudget earns at a new rate once it is set', () => {
  const { budget, pass } = budgetOf(400);
  budget.spend(800);
  budget.setRate(4000);
  pass(101);
  expect(budget.waitMs()).toBe(0);
});
