"""The embedded teacher: an OpenAI-compatible server on loopback that looks at pixels.

It is a stranger to the pipeline: it is sent messages and knows nothing else. *Sight* finds flat coloured shapes in an image, a *brief*
is what the messages ask for (images, question, form of the reply, known places, earlier steps), a *plan* is the steps and the answer,
and *speech* writes a plan in the form that the brief shows. On photographs it can only explain a place that the messages give.
"""
