-- What an attempt had come to by itself when a person first changed it; null for never. The history of generations
-- counts by it, so that no edit changes what is told of a generation.
alter table task_execution add column came_to text check (came_to in ('completed', 'failed', 'unfinished'));
